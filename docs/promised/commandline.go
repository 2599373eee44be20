package promised

import (
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// CommandLine lists what people and scripts write to call a program: commands, arguments, flags with
// their variables, defaults and what they may be. Help texts are not among it.
func CommandLine(program *kong.Node) []string {
	var lines []string
	for _, flag := range program.Flags {
		if flag.Name == "help" {
			continue
		}
		lines = append(lines, strings.Join(nonEmpty(program.FullPath(), "--"+flag.Name, shortFlag(flag), kindOf(flag.Value),
			labelled("variable", strings.Join(flag.Envs, ",")), labelled("default", flag.Default)), " "))
	}
	for _, argument := range program.Positional {
		lines = append(lines, strings.Join(nonEmpty(program.FullPath(), "<"+argument.Name+">", kindOf(argument)), " "))
	}
	for _, command := range program.Children {
		lines = append(lines, command.FullPath())
		lines = append(lines, CommandLine(command)...)
	}
	return lines
}

func shortFlag(flag *kong.Flag) string {
	if flag.Short == 0 {
		return ""
	}
	return "-" + string(flag.Short)
}

// kindOf says what a value may be, and whether it must be given.
func kindOf(value *kong.Value) string {
	kind := strings.TrimPrefix(value.Target.Type().String(), "*")
	if value.Enum != "" {
		kind = "one of " + value.Enum
	}
	if value.Required {
		kind += " required"
	}
	return kind
}

func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + " " + text
}

func nonEmpty(words ...string) (kept []string) {
	for _, word := range words {
		if word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

// Figure is a line of a list: what a number means, and the number.
func Figure(means string, number int) string { return means + " " + strconv.Itoa(number) }
