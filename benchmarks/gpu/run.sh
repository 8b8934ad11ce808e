#!/bin/sh
# Checks and measures the WebGPU kernels on this machine's GPU, with PyTorch beside them where python3 has it. Needs no network.
#   ./run.sh [--quick] [--software ICD.json] [--out FOLDER] [--minutes N] [--models LIST] [--batches LIST] …
# In a checkout it unpacks gpu/dist/tessera-gpu-kit.tar.xz, which pack.mjs makes, or the file that TESSERA_KIT names; in an
# unpacked kit it just runs. Options are those of kit.mjs, but --software: a Vulkan driver that computes on the CPU, to try it.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
say() { printf '%s\n' "$*" >&2; }
fail() { say "run.sh: $*"; exit 1; }

unpack() {
  if command -v xz >/dev/null; then xz -dc "$1" | tar -xf - -C "$2"
  elif command -v python3 >/dev/null; then python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1], "r:xz").extractall(sys.argv[2])' "$1" "$2"
  else fail "expected xz or python3 to unpack $1, got neither; install xz-utils"; fi
}

# Results lie where the caller is, not in a folder that is removed.
TESSERA_OUT=${TESSERA_OUT:-$PWD/benchmarks/results}
if [ -x "$here/node" ]; then kit=$here
else
  archive=${TESSERA_KIT:-$here/dist/tessera-gpu-kit.tar.xz}
  [ -f "$archive" ] || fail "expected the kit $archive, got no such file; make it with node benchmarks/gpu/pack.mjs"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  unpack "$archive" "$scratch"
  kit=$scratch/tessera-gpu-kit
fi
scratch=${scratch:-$(mktemp -d)}
trap 'rm -rf "$scratch"' EXIT

# 1. The system.
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "expected Linux on x86-64, got $(uname -s) on $(uname -m)"
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
[ "$(printf '2.34\n%s\n' "${glibc:-0}" | sort -V | head -n1)" = 2.34 ] || fail "expected glibc 2.34 or later, which Dawn needs, got ${glibc:-another C library}"

# 2. Libraries: the system's own, else those of the kit.
nvidia_folders="/usr/lib/x86_64-linux-gnu /usr/lib64 /usr/local/nvidia/lib64 /usr/local/nvidia/lib /usr/local/cuda/compat /usr/lib/wsl/lib"
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
find_library() {
  "$ldconfig" -p 2>/dev/null | awk -v name="$1" '$1 == name && /x86-64/ { print $NF; exit }' | grep . && return
  for folder in $nvidia_folders; do [ -e "$folder/$1" ] && { echo "$folder/$1"; return; }; done
  return 1
}
mkdir "$scratch/lib"
for library in "$kit"/lib/*; do
  name=$(basename "$library")
  find_library "$name" >/dev/null || { ln -s "$library" "$scratch/lib/$name"; say "$name: not on this system, taken from the kit"; }
done
LD_LIBRARY_PATH=$scratch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

# 3. The Vulkan driver.
driver_file() {
  for file in /etc/vulkan/icd.d/nvidia*.json /usr/share/vulkan/icd.d/nvidia*.json /usr/local/share/vulkan/icd.d/nvidia*.json \
    /usr/local/nvidia/share/vulkan/icd.d/nvidia*.json "${HOME:-/root}"/.local/share/vulkan/icd.d/nvidia*.json; do
    [ -f "$file" ] && { echo "$file"; return; }
  done
  return 1
}
if [ "${1:-}" = --software ]; then
  [ -f "${2:-}" ] || fail "--software: expected a Vulkan driver's JSON file, got ${2:-nothing}"
  driver=$2
  shift 2
elif [ -n "${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}}" ]; then driver=${VK_DRIVER_FILES:-$VK_ICD_FILENAMES}
else
  library=$(find_library libGLX_nvidia.so.0 || find_library libEGL_nvidia.so.0 || true)
  driver=$(driver_file || true)
  if [ -z "$library$driver" ]; then
    if find_library libcuda.so.1 >/dev/null || [ -e /dev/nvidia0 ]; then
      fail "expected NVIDIA's Vulkan driver (libGLX_nvidia.so.0), got only what CUDA needs. A container is given both with NVIDIA_DRIVER_CAPABILITIES=all (docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all); on a host install libnvidia-gl of the driver's version"
    fi
    fail "expected an NVIDIA GPU, got none: neither /dev/nvidia0 nor libcuda.so.1. For another driver name its JSON file in VK_DRIVER_FILES"
  fi
  if [ -z "$driver" ]; then
    # The driver is here, only its description is not, as in some containers.
    driver=$scratch/nvidia_icd.json
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$library" >"$driver"
    say "no nvidia_icd.json on this system; wrote one for $library"
  fi
  if [ -n "$library" ]; then
    # A driver outside of the loader's folders brings libraries that lie beside it.
    case $("$ldconfig" -p 2>/dev/null) in *"$library"*) ;; *) LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$(dirname "$library") ;; esac
    missing=$(LD_LIBRARY_PATH=$LD_LIBRARY_PATH ldd "$library" 2>/dev/null | awk '/not found/ { print $1 }' | tr '\n' ' ')
    [ -z "$missing" ] || say "warning: $library lacks $missing; if no adapter is found below, install these"
  fi
fi
say "Vulkan driver: $driver"

# 4. Everything else is Node's. Drivers print where this variable is not set.
XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$scratch}
VK_DRIVER_FILES=$driver
VK_ICD_FILENAMES=$driver # what loaders before 1.3.207 know
export LD_LIBRARY_PATH VK_DRIVER_FILES VK_ICD_FILENAMES XDG_RUNTIME_DIR TESSERA_OUT
status=0
"$kit/node" "$kit/benchmarks/gpu/kit.mjs" "$@" || status=$?
exit $status
