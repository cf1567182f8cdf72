#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# data/ci: what the files make an engine run works, and gives what a plain scan
# or check gives.
. "$(dirname "$0")/lib.sh"

ci_run=$repo/tests/cli/ci_run.py
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
mkdir bin
ln -s "$xenfmea" bin/xenfmea
export PATH=$work/bin:$PATH
ci() {
    run env CI_PROJECT_DIR="$work/t" python3 "$ci_run" "$@"
}

make_buildable t 4
mkdir -p t/xen/arch/x86/configs
echo 'CONFIG_X86_64=y' >t/xen/arch/x86/configs/x86_64_defconfig
(
    cd t
    git init -q
    git add -A
    git -c user.name=me -c user.email=me@example.org commit -qm one
    printf 'void new(void) { BUG(); }\n' >>xen/common/unit3.c
    git -c user.name=me -c user.email=me@example.org commit -qam two
)
run "$xenfmea" scan t/xen --arch arm64,x86_64 -o whole
expect_exit 0 'scan'
cd t

ci gitlab "$repo/data/ci/gitlab.yml" xenfmea-facts
expect_exit 0 'GitLab, facts'
[ "$(ls xenfmea-parts/*/shard-* | wc -l)" -eq 4 ] || fail 'not four parts'
ci gitlab "$repo/data/ci/gitlab.yml" xenfmea-worksheet
expect_exit 0 'GitLab, worksheet'
expect_same xenfmea-out/xenfmea.db ../whole/xenfmea.db 'GitLab'
ci gitlab "$repo/data/ci/gitlab.yml" xenfmea-check XENFMEA_BASE=HEAD~1
expect_exit 1 'GitLab, check'
expect_line stdout '^FAIL xen/common/unit3.c:26: new BUG in new\('
ci gitlab "$repo/data/ci/gitlab.yml" xenfmea-check XENFMEA_BASE=HEAD
expect_exit 0 'GitLab, check of nothing'

ci github "$repo/data/ci/github.yml" check \
    '${{ github.event.pull_request.base.sha || github.event.before }}=HEAD~1' \
    "\${{ github.workspace }}/.xenfmea-cache=$work/t/.xenfmea-cache"
expect_exit 1 'GitHub'
expect_line stdout '^::error file=xen/common/unit3.c,line=26,'

rm -rf xenfmea-out
run make -j4 -f "$repo/data/ci/scan.mk" TREE=xen ARCHES='arm64 x86_64' PARTS=3
expect_exit 0 'make'
expect_same xenfmea-out/xenfmea.db ../whole/xenfmea.db 'make'
