#!/bin/sh
# Installs what lies beside it, or removes it again.
#
#   ./install.sh [--prefix FOLDER] [--pm2]
#   ./install.sh --uninstall [--prefix FOLDER]
#
# --prefix     /usr/local for root, ~/.local for everybody else
# --pm2        also the names pm2, pm2-runtime, pm2-docker and pm2-dev, as links to pharos
# --uninstall  removes the files that were installed and nothing else; what is in ~/.pharos stays
#
# A daemon that runs goes on as the version that it is; 'pharos update' makes it the new one, without a restart of its apps.
set -eu
die() { echo "install.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; }

prefix='' pm2='' remove=''
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --pm2) pm2=1 ;;
        --uninstall) remove=1 ;;
        -h | --help) usage; exit 0 ;;
        *) die "unknown option '$1'; see ./install.sh --help" ;;
    esac
    shift
done
if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?neither --prefix nor HOME is set}/.local; fi
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
case $prefix in *[[:space:]\"\\\|\&%\$]*) die "the prefix '$prefix' has a blank or one of \" \\ | & % \$ in it, which a unit file cannot say: choose another" ;; esac
manifest=$prefix/share/doc/pharos/installed # files, then folders that were made, deepest first
backwards() { sed -n '1!G;h;$p' "$@"; }

if [ -n "$remove" ]; then
    [ -f "$manifest" ] || die "$manifest is missing: nothing was installed under $prefix by this script"
    gone=$(cat "$manifest")
    rm -f "$manifest"
    while IFS= read -r file; do
        case $file in
            */) rmdir "$prefix/${file%/}" 2>/dev/null || true ;; # not empty: others use it
            *) rm -f "$prefix/$file" ;;
        esac
    done <<EOF
$gone
EOF
    echo "removed pharos from $prefix"
    exit 0
fi

here=$(cd "$(dirname "$0")" && pwd)
[ -x "$here/bin/pharos" ] || die "$here/bin/pharos is missing: run it from the unpacked folder"
if [ -n "$pm2" ]; then
    for name in pm2 pm2-runtime pm2-docker pm2-dev; do
        path=$prefix/bin/$name
        if [ -e "$path" ] || [ -L "$path" ]; then
            [ "$(readlink "$path")" = pharos ] || die "$path is there and is not a link to pharos: remove it first (npm uninstall -g pm2)"
        fi
    done
fi

list=$(mktemp)
trap 'rm -f "$list" "$list.folders"' EXIT
: >"$list.folders"
folder() { # RELATIVE, empty: the prefix itself; written down when it is made here
    if [ ! -d "$prefix/$1" ]; then
        case $1 in
            '') mkdir -p "$prefix" ;;
            */*) folder "${1%/*}"; mkdir "$prefix/$1" ;;
            *) folder ''; mkdir "$prefix/$1" ;;
        esac
        chmod 755 "$prefix/$1"
        echo "$1/" >>"$list.folders"
    fi
}
if [ -f "$manifest" ]; then grep '/$' "$manifest" | backwards >"$list.folders"; fi # those that an earlier version made
(cd "$here" && find bin share -type f) | LC_ALL=C sort >"$list"
while IFS= read -r file; do
    folder "${file%/*}"
    # Aside and renamed: a program that runs cannot be written over, and nobody sees half a file.
    case $file in
        share/systemd/user/*) sed "s|@PREFIX@|$prefix|" "$here/$file" >"$prefix/$file.new" ;;
        *) cp "$here/$file" "$prefix/$file.new" ;;
    esac
    if [ -x "$here/$file" ]; then chmod 755 "$prefix/$file.new"; else chmod 644 "$prefix/$file.new"; fi
    mv -f "$prefix/$file.new" "$prefix/$file"
done <"$list"
for name in pm2 pm2-runtime pm2-docker pm2-dev; do
    if [ -n "$pm2" ]; then ln -sf pharos "$prefix/bin/$name"; fi
    if [ "$(readlink "$prefix/bin/$name" 2>/dev/null)" = pharos ]; then echo "bin/$name" >>"$list"; fi
done
if [ -f "$manifest" ]; then # what an earlier version had and this one has not
    grep -v '/$' "$manifest" | while IFS= read -r file; do
        grep -qxF "$file" "$list" || rm -f "$prefix/$file"
    done
fi
{ cat "$list"; backwards "$list.folders"; } >"$manifest"
chmod 644 "$manifest"
echo "installed $("$prefix/bin/pharos" --version | sed -n 1p) under $prefix"
case :$PATH: in *:"$prefix/bin":*) ;; *) echo "$prefix/bin is not on PATH: export PATH=$prefix/bin:\$PATH" ;; esac
