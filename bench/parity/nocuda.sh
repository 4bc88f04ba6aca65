#!/usr/bin/env bash
# nocuda.sh TORCH/lib: lets PyTorch's Linux wheel be imported without CUDA.
#
# The wheel on PyPI is linked against a dozen of NVIDIA's libraries, gigabytes that
# a test on the CPU never calls but the loader wants. This puts beside PyTorch's
# own a small library of each such name, whose functions return 100: CUDA's "no
# device". Nothing of PyTorch is changed.
set -euo pipefail
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --undefined-only ./*.so | awk 'NF == 2 { print $2 }' | sort -u >"$work/symbols"
objdump -p ./*.so | awk '$1 == "NEEDED" { print $2 }' | sort -u |
	{ grep -E '^lib(cublas|cublasLt|cudart|cudnn|cufft|cufile|cupti|curand|cusolver|cusparse|cusparseLt|nccl|nvJitLink|nvrtc|nvshmem_host)\.so' || true; } |
	while read -r library; do
		# A symbol bears its library's name as version, or NVSHMEM, or none.
		version=$library plain='^$'
		case $library in
		libnvshmem_host.*) version=NVSHMEM ;;
		libnccl.*) plain='^(nccl[A-Z]|nvshmem_|cusparseLt|cuFile)[A-Za-z0-9_]*$' ;;
		esac
		{ grep "@$version\$" "$work/symbols" || grep -E "$plain" "$work/symbols" || true; } |
			sed 's/@.*//' | sed -E 's/.*Error(String|Name)$/const char *&(void) { return "no CUDA"; }/; t; s/.*/int &(void) { return 100; }/' >"$work/stub.c"
		echo "$version { global: *; };" >"$work/versions"
		[[ $library == libnccl.* ]] && echo "{ global: *; };" >"$work/versions"
		gcc -shared -fPIC -w -fno-builtin -Wl,-soname,"$library" -Wl,--version-script,"$work/versions" -o "$library" "$work/stub.c"
	done
