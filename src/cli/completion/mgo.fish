# Fish completion for mgo: the words come from `mgo __complete`.

function __mgo_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l mgo $words[1]
    set -e words[1]
    set -l answer ($mgo __complete $words $current 2>/dev/null)
    or return
    set -l head (string split -m 1 \t -- $answer[1])
    set -e answer[1]
    set -l prefix $head[2]
    set -l typed (string sub -s (math (string length -- "$prefix") + 1) -- "$current")
    for line in $answer
        printf '%s%s\n' $prefix $line
    end
    switch $head[1]
        case files
            __mgo_prefix $prefix (__fish_complete_path "$typed")
        case folders
            __mgo_prefix $prefix (__fish_complete_directories "$typed")
        case packages
            __mgo_prefix $prefix (__fish_complete_path "$typed" | string match -r '^.*(?:/|\.go)(?:\t.*)?$')
        case go
            # The completions of go complete its commands.
            complete -C (string join ' ' -- go (string escape -- $words) "$current")
    end
end

function __mgo_prefix
    for line in $argv[2..-1]
        printf '%s%s\n' $argv[1] $line
    end
end

complete -c mgo -f -a '(__mgo_complete)'
