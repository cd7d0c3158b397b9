# Completion of evault's command line for bash.

_evault_command()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-V | --vault | -i | --identity | --passphrase-file) ((i++)) ;;
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
	local all='--vault --identity --passphrase-file --json --help' options=''
	local commands='init add list show get check status checkpoint keygen version help'

	COMPREPLY=()
	case $before in
	-V | --vault)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	-i | --identity | --passphrase-file | -o | --output | --against | --files-from)
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
	init) options='--to --reader --name --discreet' ;;
	add) options='--case --title --tag --field --exclude --files-from --null --dry-run --yes' ;;
	list) options='--case --tag --action --all --since --until' ;;
	get) options='--output --case --tag --all --force' ;;
	check) options='--quick --sealed --against --adopt' ;;
	keygen) options='--output' ;;
	help) options=$commands ;;
	show | status | checkpoint | version) ;;
	*) return ;;
	esac
	case $word in
	-*) options="$options $all" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	case $(_evault_command):$word in
	[a-z]*:-*) ;;
	add:* | init:*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -o bashdefault -F _evault evault
