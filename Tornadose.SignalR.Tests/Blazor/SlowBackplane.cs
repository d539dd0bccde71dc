using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>A backplane whose stores load, as with Redis, but only when the test says so; it counts their followers.</summary>
internal sealed class SlowBackplane : IBackplane
{
    private readonly LocalBackplane _local = new(TimeProvider.System);
    private readonly TaskCompletionSource _opened = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _followers;

    public int Followers => Volatile.Read(ref _followers);

    /// <summary>Completes when somebody waits for a store.</summary>
    public Task Asked => _asked.Task;

    public void Open() => _opened.TrySetResult();

    IBackplaneChannel IBackplane.Open(string store, MessageLogLimits limits) => new Channel(this, _local.Open(store, limits));

    private sealed class Channel(SlowBackplane backplane, IBackplaneChannel channel) : IBackplaneChannel
    {
        public MessageLog Log => channel.Log;

        public ValueTask<MessagePosition> AppendAsync(
            IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
            channel.AppendAsync(contents, idempotencyKey, cancellationToken);

        public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
        {
            backplane._asked.TrySetResult();
            await backplane._opened.Task.WaitAsync(cancellationToken);
            Interlocked.Increment(ref backplane._followers);
            return new Following(backplane);
        }

        public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
            channel.CatchUpAsync(position, cancellationToken);

        public ValueTask DisposeAsync() => channel.DisposeAsync();
    }

    private sealed class Following(SlowBackplane backplane) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref backplane._followers);
    }
}
