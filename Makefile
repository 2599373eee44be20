# make demo and make test need Go, make and git; make race also a C compiler, make render also Node.
# .ci/run installs what is missing and runs check, race and render.

# In a workspace the highest versions win: without it, each module is built with its own.
export GOWORK = off

TOOL       = go tool -modfile=$(CURDIR)/deploy/tools/go.mod
LOCAL      = cd deploy/local &&
RUN        =
BENCH      = .
FUZZTIME   = 60s

.PHONY: help demo build-demo test check format vet staticcheck workflowcheck race fuzz render bench

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: build-demo ## A first look: one label run over every channel; RUN='--orders 1000' passes flags on
	@exec ./bin/demo $(RUN)

build-demo:
	@deploy/local/build.sh bin/demo

test: ## Everything: unit, workflow and end-to-end tests
	go test ./...
	$(LOCAL) go test ./...

check: format vet staticcheck workflowcheck test ## Format, vet, staticcheck, workflowcheck and make test

format:
	@wrong=$$(gofmt -l .); test -z "$$wrong" || { echo "gofmt -w these:"; echo "$$wrong"; exit 1; }

vet:
	go vet ./...
	go vet -tags render ./deploy/render
	$(LOCAL) go vet ./...

staticcheck:
	$(TOOL) staticcheck ./...
	$(TOOL) staticcheck -tags render ./deploy/render
	$(LOCAL) $(TOOL) staticcheck ./...

workflowcheck:
	$(TOOL) workflowcheck ./...

race: ## Tests of the root module under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 25m ./...

fuzz: ## Hostile input, a minute each: ZPL, bundles, PDFs, joining and stamping them; tables; the hub's answers, error texts and webhooks; ids as keys
	go test -run '^$$' -fuzz '^FuzzSplit$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/zpl
	go test -run '^$$' -fuzz '^FuzzOpen$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/bundle
	go test -run '^$$' -fuzz '^FuzzCheck$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/pdf
	go test -run '^$$' -fuzz '^FuzzJoin$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/tool
	go test -run '^$$' -fuzz '^FuzzZPL$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/stamp
	go test -run '^$$' -fuzz '^FuzzPDF$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./labels/stamp
	go test -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./starter/tables
	go test -run '^$$' -fuzz '^FuzzTask$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzDeliveryOrder$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzCheckout$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzSaid$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzParseNotice$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./multivende
	go test -run '^$$' -fuzz '^FuzzTwoIDsNeverShareAName$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./storage

render: deploy/render/node_modules ## Prints ZPL to pictures and reads their barcodes back (needs Node)
	go test -count=1 -tags render ./deploy/render

deploy/render/node_modules: deploy/render/package-lock.json
	cd deploy/render && npm ci --no-audit --no-fund
	@touch $@

bench: build-demo ## Joining against other programs, Go benchmarks, a run of 1,000 orders, then storms, statuses, fairness and runs against the hub's critical path
	go build -o bin/starter ./starter
	go run ./labels/pdf/bench -starter bin/starter
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...
	./bin/demo --once --run-only --orders 1000 --json bin/bench.json
	$(LOCAL) go run ./bench
