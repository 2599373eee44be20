# make demo and make test need Go, make and git; make race also a C compiler, make render also Node, make browser
# Node and Chromium, make printers and make rehearsal programs of Debian. .ci/run installs what is missing and runs alerts,
# check, chart, race, render, printers, browser, morning, chaos and, as root, rehearsal.

# In a workspace the highest versions win: without it, each module is built with its own.
export GOWORK = off

TOOL       = go tool -modfile=$(CURDIR)/deploy/tools/go.mod
LOCAL      = cd deploy/local &&
RUN        =
TEMPORAL   =
BENCH      = .
FUZZTIME   = 60s
# How long the tests of a package may take, on however busy a machine.
PATIENCE   = 60m
SEED       =
SEEDS      = 1-2
MINUTES    = 1.2
CHAOS      =
RELEASE    = 0.1.0

# Words that misspell takes for mistakes of English: Spanish ones, and the APIs' own.
FOREIGN    = attemps,behavior,center,color,colorants,colors,configuracion,ect,finalize,fulfill,fulfillment,identificacion,informacion,initialize,integracion,inventario,localized,momento,neighborhood,notificacion,packageid,preparacion,producto,productos,rela,signaled,synchronization,synchronized,transaccion,unauthorized,valor,verificacion
# Enumerated types whose switches name a few of many: commands of ZPL, calls in a test's store, Temporal's own.
OPEN       = -typeignore 'labels/zpl\.command$$' -typeignore 'storagetest\.Call$$' -typeignore '^go\.temporal\.io/'

.PHONY: help demo build-demo test check format vet staticcheck workflowcheck exhaustive revive spelling race fuzz render printers browser morning rehearsal chaos alerts bench chart chart-rules snapshot reproducible vulnerabilities compatibility

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: build-demo ## A first look: one label run over every channel; RUN='--orders 1000' passes flags on; TEMPORAL=host:port or cli uses a Temporal that is there and compiles none
	@exec ./bin/demo $(if $(TEMPORAL),--temporal '$(TEMPORAL)') $(RUN)

build-demo:
	@TEMPORAL='$(TEMPORAL)' deploy/local/build.sh bin/demo

test: ## Everything: unit, workflow and end-to-end tests
	go test -timeout $(PATIENCE) ./...
	$(LOCAL) go test -timeout $(PATIENCE) ./...

check: format spelling revive vet staticcheck workflowcheck exhaustive test ## Format, linters and make test

format:
	@wrong=$$(gofmt -l .); test -z "$$wrong" || { echo "gofmt -w these:"; echo "$$wrong"; exit 1; }

vet:
	go vet ./...
	go vet -tags render ./deploy/render
	go vet -tags browser ./deploy/browser
	$(LOCAL) go vet -tags browser,rehearsal ./...
	GOWORK= go vet ./deploy/local/chaos

staticcheck:
	$(TOOL) staticcheck ./...
	$(TOOL) staticcheck -tags render ./deploy/render
	$(TOOL) staticcheck -tags browser ./deploy/browser
	$(LOCAL) $(TOOL) staticcheck -tags browser,rehearsal ./...

workflowcheck:
	$(TOOL) workflowcheck ./...

exhaustive: ## Every switch over outcomes, states, reasons, kinds names all of them
	$(TOOL) exhaustive $(OPEN) ./...

revive: ## What is exported has a comment; files and functions stay short
	$(TOOL) revive -config deploy/tools/revive.toml ./...

spelling: ## English is spelt in one way
	@git ls-files '*.go' '*.md' '*.yml' '*.sh' '*.html' Makefile .ci | grep -v -e '\.es\.md$$' -e /testdata/ | xargs $(TOOL) misspell -error -locale UK -i $(FOREIGN)

race: ## Tests of the root module under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -short -timeout $(PATIENCE) ./...

fuzz: ## Hostile input, a minute each: ZPL, bundles, PDFs, joining and stamping them; tables; the hub's answers, error texts and webhooks; printers' answers and IPP; ids as keys; what partners send
	go test -run '^$$' -fuzz '^FuzzSplit$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/zpl
	go test -run '^$$' -fuzz '^FuzzGraphic$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/zpl
	go test -run '^$$' -fuzz '^FuzzOpen$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/bundle
	go test -run '^$$' -fuzz '^FuzzCheck$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/pdf
	go test -run '^$$' -fuzz '^FuzzJoin$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/join
	go test -run '^$$' -fuzz '^FuzzZPL$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/stamp
	go test -run '^$$' -fuzz '^FuzzPDF$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/stamp
	go test -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./starter/tables
	go test -run '^$$' -fuzz '^FuzzTask$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzDeliveryOrder$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzCheckout$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzSaid$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzParseNotification$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzMessage$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./printing/ipp/wire
	go test -run '^$$' -fuzz '^FuzzTwoIDsNeverShareAName$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./storage
	go test -run '^$$' -fuzz '^FuzzHostStatus$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./printing/raw
	go test -run '^$$' -fuzz '^FuzzExtendedStatus$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./printing/raw
	go test -run '^$$' -fuzz '^FuzzBodies$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./gateway/door

render: deploy/render/node_modules ## Prints ZPL to pictures and reads their barcodes back (needs Node)
	go test -count=1 -tags render ./deploy/render

deploy/render/node_modules: deploy/render/package-lock.json
	cd deploy/render && npm ci --no-audit --no-fund
	@touch $@

printers: ## Other people's printers judge ours: ippeveprinter, ipptool, lprint (needs Debian's cups-ipp-utils, lprint, avahi-daemon, dbus)
	DESPACHO_PRINTERS=required go test -count=1 -timeout $(PATIENCE) -run 'IPPEvePrinter|IPPTool|LPrint' ./printing/ipp

browser: deploy/browser/node_modules ## The packers' page in Chromium (needs Node and Chromium)
	go test -count=1 -timeout $(PATIENCE) -tags browser ./deploy/browser

morning: deploy/browser/node_modules ## A packer's morning in Chromium over the real program, with Temporal and S3 (needs Node and Chromium)
	$(LOCAL) go test -count=1 -timeout $(PATIENCE) -tags browser -run '^TestTheWholeMorning$$' .

rehearsal: ## docker-compose.yml started without Docker: every service's real program, a run, backup and restore (Linux, root; Debian's postgresql, busybox-static, iproute2)
	$(LOCAL) go test -count=1 -timeout $(PATIENCE) -tags rehearsal ./rehearsal

chaos: ## Parts of a deployment die, pause and lose each other while it works, and a judge: SEED=7 MINUTES=3, or SEEDS=1-20 MINUTES=60
	$(LOCAL) go run ./chaos $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) --minutes $(MINUTES) $(CHAOS)

deploy/browser/node_modules: deploy/browser/package-lock.json
	cd deploy/browser && npm ci --no-audit --no-fund
	@touch $@

# Not in .ci/run: goreleaser alone has 1,800 packages, and six systems are built.
chart: ## The Helm chart: linted, rendered, decoded strictly, and held against the programs
	cd deploy/helm && $(TOOL) revive -config $(CURDIR)/deploy/tools/revive.toml . && go test -count=1 .

chart-rules: ## Copies the alert rules into the Helm chart, which cannot read outside of its folder
	rm -f deploy/helm/despacho/files/rules/*.yaml
	cp deploy/watch/rules/*.yaml deploy/helm/despacho/files/rules/

snapshot: ## A release of this commit in out/dist: archives, checksums, SBOM; nothing is published
	deploy/snapshot.sh

reproducible: ## The programs built twice, in two places, give the same files
	deploy/reproducible.sh

vulnerabilities: ## What the programs call, against Go's database of known weaknesses (needs the network)
	deploy/vulnerabilities.sh

compatibility: ## Writes the lists of what a release promises anew, after a deliberate change (docs/compatibility.md)
	DESPACHO_RELEASE=$(RELEASE) go test -count=1 -run '^TestCompatibility' . ./service ./starter/run ./worker/run ./gateway/run ./station/run
	git status --short docs/promised/releases

alerts: ## Alert rules and their tests by promtool; queries of rules and dashboard by Prometheus's parser
	deploy/watch/promtool.sh check rules deploy/watch/rules/*.yaml
	deploy/watch/promtool.sh test rules deploy/watch/tests/*.yaml
	cd deploy/watch && go test ./...

bench: ## Joining against other programs, Go benchmarks, a run of 1,000 orders, then storms, statuses, fairness, printing and runs against the hub's critical path
	go build -o bin/starter ./starter
	go run ./labels/pdf/bench -starter bin/starter
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...
	$(LOCAL) go build -o $(CURDIR)/bin/bench-demo .
	./bin/bench-demo --once --run-only --orders 1000 --json bin/bench.json
	$(LOCAL) go run ./bench --closed 20000 --merchants 10 --each 200 --large 5000
