typedef int xf_placeholder;
