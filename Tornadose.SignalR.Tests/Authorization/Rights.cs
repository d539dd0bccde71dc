namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>What the policies of <see cref="RolesApp"/> look up, and tests change while it runs.</summary>
internal sealed class Rights
{
    private Held? _held;

    /// <summary>From whom everything was taken.</summary>
    public HashSet<string> Revoked { get; } = [];

    /// <summary>What the next decisions throw.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The next decision is made, and then held back.</summary>
    public Held HoldNextDecision() => _held = new Held();

    public Task DecidedAsync()
    {
        if (Failure is not null)
            throw Failure;
        return Interlocked.Exchange(ref _held, null)?.WaitAsync() ?? Task.CompletedTask;
    }

    public sealed class Held
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Began => _began.Task;

        public void GoOn() => _goOn.TrySetResult();

        public Task WaitAsync()
        {
            _began.TrySetResult();
            return _goOn.Task;
        }
    }
}
