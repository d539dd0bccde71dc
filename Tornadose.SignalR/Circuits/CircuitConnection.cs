using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Tornadose.SignalR.Circuits;

/// <summary>Whether a circuit's connection, that of one browser tab, is up. Without a circuit, as in prerendering, it always is.</summary>
internal sealed class CircuitConnection : CircuitHandler
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _down = new();
    private TaskCompletionSource? _up;

    /// <summary>Raised after the connection has gone down, or up.</summary>
    public event Action? Changed;

    public bool IsDown => Down.IsCancellationRequested;

    /// <summary>Cancelled when the connection goes down. The next connection has another token.</summary>
    public CancellationToken Down
    {
        get
        {
            lock (_gate)
                return _down.Token;
        }
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Set(isDown: true);

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Set(isDown: false);

    public Task WaitUntilUpAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _up is null ? Task.CompletedTask : _up.Task.WaitAsync(cancellationToken);
    }

    private Task Set(bool isDown)
    {
        CancellationTokenSource? down = null;
        TaskCompletionSource? up = null;
        lock (_gate)
        {
            if (isDown == _up is not null)
                return Task.CompletedTask;
            if (isDown)
                (down, _up) = (_down, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            else
                (up, _up, _down) = (_up, null, new CancellationTokenSource());
        }

        down?.Cancel();
        up?.SetResult();
        Changed?.Invoke();
        return Task.CompletedTask;
    }
}
