# Completion of evault's command line for bash.

_evault_command()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-V | --vault | -i | --identity | --passphrase-file | --new-passphrase-file | --index) ((i++)) ;;
		-*) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_evault()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local all='--vault --identity --passphrase-file --index --json --require-sandbox --help' options=''
	local commands='init add testify receive list search show get annotate retract history check verify status checkpoint tidy unlock lock panic key card contact share receipt keygen version help'

	COMPREPLY=()
	case $before in
	-V | --vault | --index | --exported | --extract | --plain-folder)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	-i | --identity | --passphrase-file | -o | --output | --against | --files-from | --paper | --former | --signer)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	case $(_evault_command) in
	'')
		case $word in
		-*) options="$all --version" ;;
		*) options=$commands ;;
		esac
		;;
	init) options='--to --reader --name --discreet --no-recovery --paper --work-factor --capture-only' ;;
	add) options='--case --title --tag --field --exclude --files-from --null --dry-run --read-back --yes --remember' ;;
	testify) options='--case --title --tag --witness --interviewer --interpreter --language --consent --place --field --resume' ;;
	receive) options='--dry-run --signer --against --receipt' ;;
	search) options='--case --tag --action --since --until --retracted --limit' ;;
	list) options='--case --tag --action --all --since --until --retracted --limit' ;;
	get) options='--output --case --tag --all --retracted --force' ;;
	annotate) options='--case --title --tag --field' ;;
	retract) options='--reason' ;;
	verify) options='--identity --vault --signer --against --extract' ;;
	check) options='--quick --sealed --against --adopt' ;;
	unlock) options='--for' ;;
	lock) options='--all' ;;
	key) options='list add remove rename rotate passphrase split join export --role --to --new-passphrase-file --yes' ;;
	card) options='--output --name --former' ;;
	contact) options='add list show remove --name --audience --yes' ;;
	share) options='--to --output --case --tag --all --retracted --withhold --disclose-only --no-files --audience --override-consent --dry-run --volumes --plain-folder --not-encrypted --new-passphrase-file' ;;
	receipt) options= ;;
	panic) options='--arm --exported --disarm' ;;
	keygen) options='--output' ;;
	help) options=$commands ;;
	checkpoint) options='--short' ;;
	tidy) options='--dry-run' ;;
	show | history | status | version) ;;
	*) return ;;
	esac
	case $word in
	-*) options="$options $all" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	case $(_evault_command):$word in
	[a-z]*:-*) ;;
	add:* | init:* | receive:* | verify:* | receipt:* | contact:[./]*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -o bashdefault -F _evault evault
