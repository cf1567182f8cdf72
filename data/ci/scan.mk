# SPDX-License-Identifier: GPL-2.0-only
#
# A worksheet in parts with nothing but make, here or with any tool that runs
# make's jobs elsewhere on a shared folder:
#
#   make -j8 -f scan.mk TREE=xen ARCHES='arm64 x86_64' PARTS=4
#
# Every part configures the tree in a cache of its own (CACHE), so that none
# waits for another. A part is run again when make is: what has not changed
# comes out of the cache.

XENFMEA ?= xenfmea
TREE ?= xen
ARCHES ?= arm64
PARTS ?= 4
OUT ?= xenfmea-out
CACHE ?= $(OUT).cache
SCAN_OPTIONS ?=

numbers := $(shell seq $(PARTS))
parts := $(foreach arch,$(ARCHES),$(foreach n,$(numbers),\
           $(CACHE)/$(arch)/shard-$(n)-of-$(PARTS)))

.PHONY: worksheet parts FORCE
worksheet: $(parts)
	$(XENFMEA) merge -o $(OUT) $(TREE) $(parts)

parts: $(parts)

# The folder is the architecture, the name's number the part.
$(parts): FORCE
	$(XENFMEA) scan $(TREE) -q -j1 --arch $(notdir $(patsubst %/,%,$(@D))) \
	  --shard $(word 2,$(subst -, ,$(@F)))/$(PARTS) $(SCAN_OPTIONS) \
	  --cache $(CACHE)/$(@F) -o $(@D)
