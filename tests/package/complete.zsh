# Completes "pharos versi" in a real, interactive zsh with the file _pharos in a folder of its fpath, and prints what was run then.
#
#   zsh -f complete.zsh FOLDER
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -D -u; pharos() { print -r -- \"LINE\"\":pharos \$*:\" }; print READ\"\"Y"
zpty -r shell output '*READY*' || exit 1
zpty -w -n shell $'pharos versi\t'
zpty -w -n shell $'\n'
zpty -r shell output '*LINE:*:*' || exit 1
output=${output##*LINE:}
print -r -- ${output%%:*}
zpty -d shell
