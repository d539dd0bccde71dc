using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A store's channel as its producer uses it: its appends are refused once another process produces.</summary>
internal sealed class LeasedChannel(IBackplaneChannel channel, long lease) : IBackplaneChannel
{
    public MessageLog Log => channel.Log;

    public bool RemovesExpiredKeys => channel.RemovesExpiredKeys;

    public ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
        channel.AppendAsync(contents, idempotencyKey, lease, cancellationToken);

    public ValueTask<MessagePosition?> ChangeAsync(
        KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken) =>
        channel.ChangeAsync(change, idempotencyKey, lease, cancellationToken);

    public ValueTask AppendFirstAsync(MessageContent content, CancellationToken cancellationToken) =>
        channel.AppendFirstAsync(content, cancellationToken);

    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => channel.FollowAsync(cancellationToken);

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
        channel.CatchUpAsync(position, cancellationToken);

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => channel.CatchUpAsync(cancellationToken);

    /// <summary>Does nothing: the store owns the channel.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
