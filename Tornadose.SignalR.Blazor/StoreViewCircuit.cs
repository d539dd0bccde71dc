using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Tornadose.SignalR.Blazor;

/// <summary>Tells the views of one browser tab whether its connection is up. One that nobody sees reads nothing.</summary>
internal sealed class StoreViewCircuit : CircuitHandler
{
    /// <summary>Raised after <see cref="IsDown"/> has changed.</summary>
    public event Action? Changed;

    public bool IsDown { get; private set; }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Set(down: true);

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Set(down: false);

    private Task Set(bool down)
    {
        if (IsDown != down)
        {
            IsDown = down;
            Changed?.Invoke();
        }

        return Task.CompletedTask;
    }
}
