package main

// programs are those of a release: their names, and the packages that they are built from.
var programs = map[string]string{
	"worker":     "./worker",
	"gateway":    "./gateway",
	"station":    "./station",
	"starter":    "./starter",
	"sandbox":    "./multivende/sandbox/serve",
	"fakezebra":  "./printing/fakezebra/serve",
	"fakeoffice": "./printing/fakeoffice/serve",
}

// systems and processors are those for which archives are made.
var (
	systems    = []string{"linux", "darwin", "windows"}
	processors = []string{"amd64", "arm64"}
)
