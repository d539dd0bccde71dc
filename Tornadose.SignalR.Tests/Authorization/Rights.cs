namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>The rights that the policies of <see cref="RolesApp"/> look up, and that tests change at run time.</summary>
internal sealed class Rights
{
    private Held? _held;

    /// <summary>The users whose rights are revoked.</summary>
    public HashSet<string> Revoked { get; } = [];

    /// <summary>The exception that the next decisions throw.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Delays the next decision after it was made.</summary>
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
