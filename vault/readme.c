#include "readme.h"

static const char about[] =
    "This folder is a vault for evidence, made by evault. What it keeps is encrypted.\n"
    "\n"
    "Do not change, rename or delete anything in it: every change is found later, and\n"
    "may make the evidence worthless. Copy the folder as a whole.\n"
    "\n"
    "With evault, and your passphrase or key file:\n"
    "\n"
    "    evault -V FOLDER list\n"
    "    evault -V FOLDER get --all -o OUT\n"
    "    evault -V FOLDER check\n"
    "\n"
    "Without evault: the programs age, zstd, tar and sha256sum are enough, and this\n"
    "script for bash. Take it from this page of a copy that you trust, or type it:\n"
    "it runs with your rights. It gives every file back under its name.\n"
    "\n";

/* At most 40 lines: a test runs it just as it stands here. */
static const char script[] =
    "#!/bin/bash\n"
    "# Usage: bash recover.sh VAULT KEYFILE OUT\n"
    "# KEYFILE: an age identity that opens the vault, or VAULT/keys/1.age itself (age asks its "
    "passphrase)\n"
    "set -euo pipefail\n"
    "export LC_ALL=C\n"
    "vault=$(realpath \"$1\") key=$(realpath \"$2\") out=$3\n"
    "mkdir \"$out\" && cd \"$out\" && mkdir .work\n"
    "# The holder's slot gives the holder's identity; that gives the vault's identity of each "
    "epoch.\n"
    "own=$(for s in \"$vault\"/keys/[1-9]*.age; do age -d -i \"$key\" \"$s\" 2>/dev/null || true; "
    "done)\n"
    "ids=$(for r in \"$vault\"/keys/read.*.age; do age -d -i \"$key\" \"$r\" 2>/dev/null ||\n"
    "  age -d -i <(printf '%s\\n' \"$own\") \"$r\"; done)\n"
    "# Only packs and records that the log names.\n"
    "log=$(find \"$vault/log/tile/entries\" -type f -exec cat {} + | tr -d '\\0')\n"
    "grep -ao '^pack [0-9a-f]\\{64\\}' <<<\"$log\" | sort -u | while read -r _ p; do\n"
    "  age -d -i <(printf '%s\\n' \"$ids\") \"$vault/packs/${p:0:2}/$p.tar.zst.age\" | zstd -dqc "
    "|\n"
    "    tar x -C .work\n"
    "done\n"
    "for list in .work/objects/*.parts; do\n"
    "  [ -e \"$list\" ] || continue\n"
    "  while read -r _ part; do cat \".work/$part\"; rm \".work/$part\"; done <\"$list\" "
    ">\"${list%.parts}\"\n"
    "done\n"
    "field() { sed -n \"s/^.\\{22\\} $2 //p\" \"$1\"; }\n"
    "decode() { local v=${1//\\\\/\\\\\\\\}; printf -v REPLY %b \"${v//%/\\\\x}\"; }\n"
    "grep -ao '^record [0-9a-f]\\{64\\}' <<<\"$log\" | while read -r _ r; do\n"
    "  rec=.work/records/$r sha=$(field \".work/records/$r\" sha256)\n"
    "  [ -n \"$sha\" ] || continue\n"
    "  (cd .work/objects && sha256sum -c --status <<<\"$sha  $sha\") || { echo \"damaged: $r\" "
    ">&2; continue; }\n"
    "  decode \"$(field \"$rec\" folder)\"; dir=./${REPLY:-.}\n"
    "  case \"/$dir/\" in */../*) dir=. ;; esac\n"
    "  decode \"$(field \"$rec\" name)\"; name=${REPLY//\\//_}\n"
    "  [ ! -e \"$dir/$name\" ] || name=\"${r:0:12} $name\"\n"
    "  mkdir -p \"$dir\" && cp \".work/objects/$sha\" \"$dir/$name\"\n"
    "done\n"
    "rm -r .work\n";

void
ev_readme(struct ev_buf *out, const char *origin)
{
	ev_buf_puts(out, about);
	ev_buf_puts(out, script);
	ev_buf_printf(out, "\nThis vault is %s.\n", origin);
}
