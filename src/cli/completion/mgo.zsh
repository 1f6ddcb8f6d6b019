#compdef mgo
# Zsh completion for mgo: the words come from `mgo __complete`.

_mgo() {
  local -a answer plain open
  local line text paths prefix
  # The words without their quotes.
  local -a asked=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  answer=("${(@f)$(_call_program mgo ${words[1]} __complete ${(@qq)asked} 2>/dev/null)}")
  paths=${answer[1]%%$'\t'*}
  prefix=${answer[1]#*$'\t'}
  [[ -n $prefix ]] && compset -P "${(b)prefix}"
  for line in "${(@)answer[2,-1]}"; do
    [[ -z $line ]] && continue
    text=${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}
    # A value follows = without a space.
    if [[ $text == *=:* ]]; then open+=("$text"); else plain+=("$text"); fi
  done

  local found=1
  (( $#open )) && _describe -t words 'mgo' open -S '' && found=0
  (( $#plain )) && _describe -t words 'mgo' plain && found=0
  case $paths in
    files) _files && found=0 ;;
    folders) _files -/ && found=0 ;;
    packages) _files -g '*.go(-.)' && found=0 ;;
    go)
      # The completions of go complete its commands.
      if [[ -n ${_comps[go]} ]]; then
        words[1]=go
        local service=go
        eval "${_comps[go]}" && found=0
      else
        _files && found=0
      fi
      ;;
  esac
  return found
}

if [[ $funcstack[1] == _mgo ]]; then
  _mgo "$@"
else
  compdef _mgo mgo
fi
