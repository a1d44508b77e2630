#!/bin/sh
# Installs cxrview for this user alone, or removes it: ./install.sh, ./install.sh --remove.
# It lies in share/ of the folder that the archive unpacks to, and writes nothing outside the user's home.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
target=$data/cxrview-program
command=$HOME/.local/bin/cxrview
desktop=$data/applications/cxrview.desktop
icon=$data/icons/hicolor/scalable/apps/cxrview.svg

if [ "$here" = "$target" ] && [ "${1:-}" != --remove ]; then
    echo "This is the installed program. To renew it, start install.sh of the new one." >&2
    exit 2
fi
tell() { if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi; }
rm -rf "$target"
rm -f "$command" "$desktop" "$icon"
if [ "${1:-}" = --remove ]; then
    tell
    echo "cxrview was removed. Settings, models, annotations and runs are kept."
    exit 0
fi
mkdir -p "$target" "$(dirname "$command")" "$(dirname "$desktop")" "$(dirname "$icon")"
cp -R "$here/." "$target/"
ln -s "$target/cxrview" "$command"
sed "s|^Exec=cxrview|Exec=\"$command\"|" "$here/share/cxrview.desktop" >"$desktop"
cp "$here/share/cxrview.svg" "$icon"
tell
echo "cxrview is installed: start it from the menu, or as $command"
