using System.Collections.Concurrent;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>An unavailable backplane: logs open, and channels close, when the test says so.</summary>
internal sealed class LateBackplane : IBackplane
{
    private readonly ConcurrentDictionary<string, Channel> _channels = new(StringComparer.Ordinal);

    /// <summary>Called when a store closes, after its readers have ended.</summary>
    public Func<string, ValueTask> OnClose { get; set; } = static _ => ValueTask.CompletedTask;

    /// <summary>Called when a channel catches up before a start from now.</summary>
    public Action<MessageLog> OnCatchUp { get; set; } = static _ => { };

    public MessageLog this[string store] => _channels[store].Log;

    public IBackplaneChannel Open(string store, MessageLogLimits limits) => _channels[store] = new Channel(this, store, limits);

    private sealed class Channel(LateBackplane backplane, string store, MessageLogLimits limits) : IBackplaneChannel
    {
        public MessageLog Log { get; } = new(limits, TimeProvider.System);

        public ValueTask<MessagePosition> AppendAsync(IReadOnlyList<MessageContent> contents, string? idempotencyKey,
            CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("The backplane is away.", mayBeStored: false);

        public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => new(new MemoryStream());

        public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CatchUpAsync(CancellationToken cancellationToken)
        {
            backplane.OnCatchUp(Log);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            Log.Complete();
            return backplane.OnClose(store);
        }
    }
}
