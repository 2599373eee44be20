package main

import (
	"context"
	"fmt"
	"time"

	workflowservice "go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
)

// patience bounds each command, as the command line's own does.
const patience = 30 * time.Second

type temporal struct {
	Operator struct {
		Cluster struct {
			Health health `cmd:""`
		} `cmd:""`
		Namespace struct {
			Describe describe `cmd:""`
			Create   create   `cmd:""`
		} `cmd:""`
	} `cmd:""`
}

type health struct{}

func (health) Run() error {
	return withServer(func(ctx context.Context, server client.Client) error {
		_, err := server.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	})
}

type describe struct {
	Namespace string `required:""`
}

func (d describe) Run() error {
	return withServer(func(ctx context.Context, server client.Client) error {
		described, err := server.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: d.Namespace})
		if err != nil {
			return err
		}
		fmt.Println(described.GetNamespaceInfo().GetName(), described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
		return nil
	})
}

type create struct {
	Namespace string        `required:""`
	Retention time.Duration `required:""`
}

func (c create) Run() error {
	return withServer(func(ctx context.Context, server client.Client) error {
		_, err := server.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: c.Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(c.Retention),
		})
		return err
	})
}

// withServer connects to TEMPORAL_ADDRESS, as the command line does.
func withServer(do func(context.Context, client.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	server, err := client.NewLazyClient(client.Options{HostPort: address(), Logger: silent{}})
	if err != nil {
		return err
	}
	defer server.Close()
	return do(ctx, server)
}
