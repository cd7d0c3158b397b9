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
    "# KEYFILE: an age identity that opens the vault; or VAULT/keys/N.age, your number for N, and "
    "age asks for its passphrase\n"
    "set -euo pipefail\n"
    "export LC_ALL=C\n"
    "vault=$(realpath \"$1\") key=$(realpath \"$2\") out=$3\n"
    "mkdir \"$out\" && cd \"$out\" && work=$(mktemp -d .XXXXXXXXXX)\n"
    "# The holder's slot gives the holder's identity; that gives the vault's identity of each "
    "epoch.\n"
    "case $key in *.age) own=$(age -d \"$key\") ;; *) own=$(cat \"$key\") ;; esac\n"
    "unseal() { age -d -i <(printf '%s\\n' \"$own\") \"$1\"; }\n"
    "for s in \"$vault\"/keys/[1-9]*.age*; do own+=$'\\n'$(unseal \"$s\" 2>/dev/null || true); "
    "done\n"
    "for r in \"$vault\"/keys/read.*.age*; do own+=$'\\n'$(unseal \"$r\" || true); done\n"
    "# Only packs and records that the log names.\n"
    "log=$(find \"$vault/log/tile/entries\" -type f -print0 | sort -z | xargs -0 cat | tr -d "
    "'\\0')\n"
    "grep -ao '^pack [0-9a-f]\\{64\\}' <<<\"$log\" | sort -u | while read -r _ p; do\n"
    "  file=$vault/packs/${p:0:2}/$p.tar.zst.age\n"
    "  [ \"$(sha256sum <\"$file\")\" = \"$p  -\" ] || { echo \"damaged, and left out: pack $p\" "
    ">&2; continue; }\n"
    "  unseal \"$file\" | zstd -dqc | tar x -C \"$work\"\n"
    "done\n"
    "for list in \"$work\"/objects/*.parts; do\n"
    "  [ -e \"$list\" ] || continue\n"
    "  while read -r _ part; do cat \"$work/$part\" && rm \"$work/$part\" || true; done <\"$list\" "
    ">\"${list%.parts}\"\n"
    "done\n"
    "field() { sed -n \"s/^.\\{22\\} $2 //p\" \"$work/records/$1\"; }\n"
    "decode() { local v=${1//\\\\/\\\\\\\\}; printf -v REPLY %b \"${v//%/\\\\x}\"; }\n"
    "grep -ao '^record [0-9a-f]\\{64\\}' <<<\"$log\" | cat -n | sort -uk3 | sort -n | while read "
    "-r _ _ r; do\n"
    "  [ -e \"$work/records/$r\" ] || { echo \"missing: record $r\" >&2; continue; }\n"
    "  sha=$(field \"$r\" sha256)\n"
    "  [ -n \"$sha\" ] || continue\n"
    "  (cd \"$work/objects\" && sha256sum -c --status <<<\"$sha  $sha\") || { echo \"damaged: $r\" "
    ">&2; continue; }\n"
    "  decode \"$(field \"$r\" folder)\"; dir=./$REPLY\n"
    "  case \"/$dir/\" in */../*) dir=. ;; esac\n"
    "  mkdir -p \"$dir\" 2>/dev/null || { dir=./${r:0:12}; mkdir \"$dir\"; }\n"
    "  decode \"$(field \"$r\" name)\"; name=${REPLY//\\//_}\n"
    "  [ ! -e \"$dir/$name\" ] || name=\"${r:0:12} ${name:0:240}\"\n"
    "  cp \"$work/objects/$sha\" \"$dir/$name\"\n"
    "done\n"
    "rm -r \"$work\"\n";

void
ev_readme(struct ev_buf *out, const char *origin)
{
	ev_buf_puts(out, about);
	ev_buf_puts(out, script);
	ev_buf_printf(out, "\nThis vault is %s.\n", origin);
}
