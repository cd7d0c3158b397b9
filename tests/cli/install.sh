# make install puts the program, its manual and its completion where they belong.
. tests/lib/sh
run_expect 0 make -s install BUILD=build DESTDIR="$T/root" PREFIX=/usr
t() {
	[ "$(find "$T/root" -type f | wc -l)" -eq 3 ] &&
		LANG=ru_RU.UTF-8 LC_ALL='' "$T/root/usr/bin/evault" help | grep -q команд
}
claim install_puts_the_program_its_documents_and_its_messages t
claim the_installed_program_runs run_expect 0 "$T/root/usr/bin/evault" version
claim the_installed_manual_is_found man -M "$T/root/usr/share/man" -w evault

# complete WORD…: what the completion offers for the last word.
complete_words() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_evault
	printf '%s\n' "${COMPREPLY[@]}"
}
# shellcheck source=/dev/null
. "$T/root/usr/share/bash-completion/completions/evault"
cd "$T" && mkdir case.vault && touch photo.jpg
complete_words evault che >"$OUT"
claim commands_are_completed says check
complete_words evault -V case.vault get --fo >"$OUT"
claim options_of_a_command_are_completed says --force
complete_words evault -V ca >"$OUT"
claim the_vault_is_completed_as_a_folder says case.vault
complete_words evault -V case.vault add pho >"$OUT"
claim files_to_add_are_completed says photo.jpg
finish
