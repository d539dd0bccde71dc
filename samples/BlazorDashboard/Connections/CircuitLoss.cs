using Microsoft.AspNetCore.Components.Server.Circuits;

namespace BlazorDashboard.Connections;

/// <summary>Tells a page that runs on the server when its circuit loses its connection, and when it is back.</summary>
public sealed class CircuitLoss(PageConnection page) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        page.LoseCircuit();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        page.RegainCircuit();
        return Task.CompletedTask;
    }
}
