#!/bin/bash
# Tries a package where a user would: a clean Debian without Python, an ordinary user whose home is not ASCII, a
# system that cannot be written, and every network call on record. As root, with debootstrap, strace and xvfb:
#   packaging/linux/try_deb.sh dist/light/cxrview-light_…_amd64.deb FOLDER [MIRROR]
# FOLDER is made anew and holds the clean system and what was seen.
set -euo pipefail
if [ "${1:-}" != --in-namespace ]; then # what is mounted here is seen nowhere else, and ends with this script
    exec unshare --mount --propagation private "$0" --in-namespace "$@"
fi
shift
package=$(realpath "$1") folder=$(realpath -m "$2") mirror=${3:-http://deb.debian.org/debian}
root=$folder/root home=/home/jürgen
name=$(dpkg-deb --field "$package" Package)

say() { echo "== $*"; }
fail() { say "$*" && exit 1; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 "$@"; }
# Runs `$2…` as the user, with the system read-only but for the home and /tmp; its network calls go to $1.trace.
as_user() {
    (
        log=$folder/$1.trace
        shift
        # shellcheck disable=SC2016 # it is the inner shell that puts in the values
        unshare --mount --propagation private bash -euc '
            root=$1 home=$2 log=$3
            shift 3
            mount --bind "$root" "$root"
            mount --bind "$root$home" "$root$home"
            mount -t proc proc "$root/proc"
            mount -t tmpfs tmpfs "$root/tmp"
            mount -t tmpfs tmpfs "$root/dev"
            mkdir -m 1777 "$root/dev/shm"
            chmod 1777 "$root/tmp"
            for node in null zero random urandom; do
                touch "$root/dev/$node"
                mount --bind "/dev/$node" "$root/dev/$node"
            done
            if [ -d /tmp/.X11-unix ]; then
                mkdir "$root/tmp/.X11-unix"
                mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
            fi
            mount -o remount,bind,ro "$root"
            if touch "$root/opt/cxrview/x" 2>/dev/null; then echo "the system can be written"; exit 1; fi
            strace -f -q --seccomp-bpf -e trace=network -o "$log" chroot --userspec=juergen:juergen "$root" \
                env -i HOME="$home" PATH=/usr/bin:/bin LANG=C.UTF-8 ${DISPLAY:+DISPLAY="$DISPLAY"} "$@"
        ' - "$root" "$home" "$log" "$@"
    )
}

rm -rf "$folder"
mkdir -p "$folder"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$folder/debootstrap.log"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
inside apt-get update -qq
inside useradd --create-home --home-dir "$home" --shell /bin/sh juergen
if inside sh -c 'command -v python3'; then fail "there is a Python in the clean system"; fi

say "apt install ./$(basename "$package")"
cp "$package" "$root/tmp/package.deb"
inside apt-get install -y -qq /tmp/package.deb >"$folder/install.log" 2>&1 || fail "$(tail -5 "$folder/install.log")"
rm "$root/tmp/package.deb"
if inside sh -c 'command -v python3'; then fail "the package brought Python along"; fi

films=$root$home/Bilder/Röntgen
mkdir -p "$films"
for film in eins zwei три; do cp "$root"/opt/cxrview/_internal/cxrview/_sample/*.dcm "$films/$film.dcm"; done
cp /etc/hostname "$films/no film.txt"
inside chown -R juergen: "$home"

say "self-test"
as_user selftest cxrview doctor --self-test
say "demo under Xvfb"
Xvfb :87 -screen 0 1920x1200x24 -ac -nolisten tcp >"$folder/xvfb.log" 2>&1 &
server=$!
trap 'kill "$server"' EXIT
for _ in $(seq 100); do [ -S /tmp/.X11-unix/X87 ] || sleep 0.1; done
DISPLAY=:87 as_user demo env QT_QPA_PLATFORM=xcb cxrview demo --screenshot "$home/demo.png"
test -s "$root$home/demo.png"
say "a folder"
as_user folder cxrview score "$home/Bilder" --out "$home/Ergebnis.csv"
test "$(wc -l <"$root$home/Ergebnis.csv")" = 4 || fail "not one row a film"

say "sockets that were asked for"
grep -hoE '^[0-9]+ +(socket|connect)\((AF_[A-Z0-9]+|[0-9]+, \{sa_family=AF_[A-Z0-9]+)' "$folder"/*.trace |
    sed -E 's/^[0-9]+ +//; s/\([0-9]+, \{sa_family=/(/' | sort | uniq -c
if grep -hE '^[0-9]+ +(connect|sendto|sendmsg|bind|listen)\(.*AF_INET' "$folder"/*.trace; then
    fail "a connection was attempted"
fi

say "apt purge"
(cd "$root$home" && find . -type f -exec sha256sum {} + | sort -k2) >"$folder/home-before"
inside apt-get purge -y -qq "$name" >"$folder/purge.log" 2>&1
(cd "$root$home" && find . -type f -exec sha256sum {} + | sort -k2) | diff "$folder/home-before" - || fail "the home changed"
left=$(find "$root" -xdev -iname '*cxrview*' -not -path "$root/home/*" -not -path "$root/var/log/*")
[ -z "$left" ] || fail "left behind: $left"
say "everything held"
