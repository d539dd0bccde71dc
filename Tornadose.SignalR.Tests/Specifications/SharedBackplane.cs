using System.Collections.Concurrent;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>The backplane that several hosts of one test share: one log a store. A host that ends does not end the log.</summary>
internal sealed class SharedBackplane : IBackplane
{
    private readonly LocalBackplane _local = new(TimeProvider.System);
    private readonly ConcurrentDictionary<string, IBackplaneChannel> _channels = new();

    public bool KeepsKeyedStores => true;

    public IBackplaneChannel Open(string store, MessageLogLimits limits) =>
        new Node(_channels.GetOrAdd(store, name => _local.Open(name, limits)));

    private sealed class Node(IBackplaneChannel shared) : IBackplaneChannel
    {
        public MessageLog Log => shared.Log;

        public ValueTask<MessagePosition> AppendAsync(
            IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
            shared.AppendAsync(contents, idempotencyKey, cancellationToken);

        public ValueTask<MessagePosition?> ChangeAsync(
            KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken) =>
            shared.ChangeAsync(change, idempotencyKey, cancellationToken);

        public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => shared.FollowAsync(cancellationToken);

        public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
            shared.CatchUpAsync(position, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
