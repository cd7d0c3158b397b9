# Functions that have a safer sister, or that have no place in this program.
. tests/check/lib
BANNED='strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|gets|strtok|gmtime|localtime|ctime|asctime'
BANNED="$BANNED|atoi|atol|atoll|atof|rand|srand|random|rand_r|drand48|system|popen|exec[lv][pe]*|execve|execvpe|fexecve"
BANNED="$BANNED|alloca|setjmp|longjmp|tmpnam|tempnam|mktemp|getpass|readdir_r|bcopy|bzero"

for file in $(shipped_c); do
	without_comments "$file" >"$T/code"
	grep -E "(^|[^A-Za-z0-9_.>])($BANNED)[[:space:]]*\(" "$T/code" | sed "s,^,$file:,"
	case $file in
	vault/base/os*) ;;
	*) grep -E '(^|[^A-Za-z0-9_])(localtime_r|gmtime_r|mktime|timegm)[[:space:]]*\(' "$T/code" | sed "s,^,$file:," ;;
	esac
	grep -E '__attribute__\(\(cleanup' "$T/code" | sed "s,^,$file:,"
done >"$T/found"
verdict banned_functions_are_not_called "$T/found"

all_c | xargs grep -nE '^[[:space:]]*//|[;{}][[:space:]]*//' >"$T/found"
verdict comments_are_of_one_kind "$T/found"
exit $FAILED
