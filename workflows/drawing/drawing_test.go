package drawing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

var label = contract.DrawLabelInput{Merchant: workflowstest.Merchant, Key: "labels/m-1/c1/files/0.pdf", SHA256: "0a1b", Page: 2}

// play runs the workflow under an id, with the step's answer.
func play(t *testing.T, id string, step func(contract.DrawLabelInput) (contract.DrawnLabel, error)) *workflowstest.Scene {
	t.Helper()
	s := workflowstest.NewScene(t, id, map[string]any{contract.DrawLabelType: DrawLabel})
	workflowstest.MockActivity(s, steps.DrawLabel, step)
	s.ExecuteWorkflow(contract.DrawLabelType, label)
	require.True(t, s.IsWorkflowCompleted())
	return s
}

func TestALabelIsDrawnByOneStep(t *testing.T) {
	t.Parallel()
	var asked []contract.DrawLabelInput
	s := play(t, contract.DrawLabelID(label.Merchant, label.SHA256, label.Page), func(in contract.DrawLabelInput) (contract.DrawnLabel, error) {
		asked = append(asked, in)
		return contract.DrawnLabel{Drawn: true}, nil
	})
	var drawn contract.DrawnLabel
	require.NoError(t, s.GetWorkflowResult(&drawn))
	assert.True(t, drawn.Drawn)
	assert.Equal(t, []contract.DrawLabelInput{label}, asked)
}

// TestADrawingThatFailsEndsSoon: somebody waits for it.
func TestADrawingThatFailsEndsSoon(t *testing.T) {
	t.Parallel()
	tries := 0
	s := play(t, contract.DrawLabelID(label.Merchant, label.SHA256, label.Page), func(contract.DrawLabelInput) (contract.DrawnLabel, error) {
		tries++
		return contract.DrawnLabel{}, assert.AnError
	})
	require.Error(t, s.GetWorkflowError())
	assert.LessOrEqual(t, s.Passed(), time.Minute)
	assert.Greater(t, tries, 3)

	s = play(t, contract.DrawLabelID(label.Merchant, label.SHA256, label.Page), func(contract.DrawLabelInput) (contract.DrawnLabel, error) {
		return contract.DrawnLabel{}, workflowstest.FinalError(contract.ErrorNotFound, "the label is no longer in the store")
	})
	assert.Equal(t, contract.ErrorNotFound, workflows.ErrorType(s.GetWorkflowError()))
	assert.Zero(t, s.Passed())
}

// TestADrawingHasTheIdOfItsPage: two that draw one page are one.
func TestADrawingHasTheIdOfItsPage(t *testing.T) {
	t.Parallel()
	s := play(t, contract.DrawLabelID(label.Merchant, label.SHA256, 1), func(contract.DrawLabelInput) (contract.DrawnLabel, error) {
		return contract.DrawnLabel{}, assert.AnError
	})
	assert.Equal(t, contract.ErrorRequest, workflows.ErrorType(s.GetWorkflowError()))
}
