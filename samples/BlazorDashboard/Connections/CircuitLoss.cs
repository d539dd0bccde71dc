using Microsoft.AspNetCore.Components.Server.Circuits;

namespace BlazorDashboard.Connections;

/// <summary>Tells a page that runs on the server that its circuit has lost its connection.</summary>
public sealed class CircuitLoss(PageConnection page) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        page.LoseCircuit();
        return Task.CompletedTask;
    }
}
