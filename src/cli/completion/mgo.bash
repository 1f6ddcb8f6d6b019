# Bash completion for mgo: the words come from `mgo __complete`.

_mgo() {
  local mgo=$1 rest=${COMP_LINE:0:COMP_POINT} word i
  local -a words=()
  # Bash splits words at = and : too; without a blank between them, mgo takes them for one.
  rest=${rest#*"${COMP_WORDS[0]}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    local blanks=${rest%%[![:blank:]]*}
    rest=${rest#"$blanks"}
    word=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$rest
    rest=${rest#"$word"}
    word=${word//[\"\'\\]/}
    if [[ -z $blanks && ${#words[@]} -gt 0 ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done

  local paths='' prefix='' text
  local current=${words[${#words[@]} - 1]} typed=${2//[\"\'\\]/}
  # Bash keeps this part of the word, and asks for the rest.
  local front=${current%"$typed"}
  COMPREPLY=()
  {
    IFS=$'\t' read -r paths prefix
    while IFS=$'\t' read -r text _; do
      text=$prefix$text
      COMPREPLY+=("${text#"$front"}")
    done
  } < <("${mgo/#\~/$HOME}" __complete "${words[@]}" 2>/dev/null)

  case $paths in
    files) ;;
    folders) _mgo_options +o default +o bashdefault -o dirnames ;;
    packages)
      _mgo_options -o filenames -o plusdirs
      while read -r text; do
        COMPREPLY+=("$text")
      done < <(compgen -f -X '!*.go' -- "$typed")
      ;;
    go) _mgo_go "$@" ;;
    *) _mgo_options +o default +o bashdefault ;;
  esac
  # A value follows = without a space.
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && _mgo_options -o nospace
  return 0
}

# Bash 3 has no compopt: it offers files as well.
_mgo_options() {
  type compopt &>/dev/null && compopt "$@"
}

# The completions of go complete its commands.
_mgo_go() {
  local spec
  if ! complete -p go &>/dev/null; then
    if declare -F _comp_load >/dev/null; then
      _comp_load go
    elif declare -F _completion_loader >/dev/null; then
      _completion_loader go
    fi &>/dev/null
  fi
  spec=$(complete -p go 2>/dev/null) || return 0
  local line=go${COMP_LINE#*"${COMP_WORDS[0]}"}
  COMP_POINT=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
  COMP_LINE=$line
  COMP_WORDS[0]=go
  if [[ $spec =~ \ -F\ ([^\ ]+) ]]; then
    "${BASH_REMATCH[1]}" go "$2" "$3"
  elif [[ $spec =~ \ -C\ ([^\ ]+) ]]; then
    while read -r spec; do
      COMPREPLY+=("$spec")
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT "${BASH_REMATCH[1]}" go "$2" "$3")
  fi
}

complete -o bashdefault -o default -F _mgo mgo
