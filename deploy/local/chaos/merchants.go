package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/deploy/local/merchants"
)

// application is despacho as the hub knows it.
func (s *scene) application() merchants.Application {
	return merchants.Application{
		Hub: "http://" + s.addresses["hub"], ID: s.merchants[0].ID, Secret: s.merchants[0].Secret, Speed: hubSpeed,
		DownloadHosts: []string{"127.0.0.1"}, KeyFile: filepath.Join(s.dir, "accounts-key.json"), Store: s.store,
	}
}

func (s *scene) connectMerchants(ctx context.Context) error {
	if err := s.application().MakeKeys(); err != nil {
		return err
	}
	for i, m := range s.merchants {
		if err := s.connect(ctx, m.Merchant); err != nil {
			return err
		}
		if i%2 == 0 {
			continue
		}
		// Every second merchant has labels made in the background, as orders come.
		_, err := accounts.ChangeSettings(ctx, s.store, m.Merchant, func(to *accounts.Settings) error {
			to.Policies, to.BindsEarly = map[string]accounts.Policy{"": accounts.AsOrdersCome}, true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// connect connects a merchant, as `starter connect --code` does.
func (s *scene) connect(ctx context.Context, merchant string) error {
	var code struct {
		Code string `json:"code"`
	}
	if err := s.callHub(ctx, http.MethodPost, "/sandbox/code?merchant="+merchant, "", &code); err != nil {
		return err
	}
	if _, err := s.application().ConnectWithCode(ctx, merchant, code.Code); err != nil {
		return err
	}
	return client.TemporalKeeping{Client: s.temporal}.Connected(ctx, merchant)
}

// callHub uses one of the hub's controls.
func (s *scene) callHub(ctx context.Context, method, path, body string, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.addresses["hub"]+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the hub answers %s to %s", answer.Status, path)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
