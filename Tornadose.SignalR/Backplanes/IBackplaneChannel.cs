using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// One store's connection to the backplane. It is the only writer of the store's <see cref="MessageLog"/>, one thread at a time. Disposing
/// of it ends the readers (<see cref="MessageLog.Complete"/>).
/// </summary>
/// <remarks>
/// An implementation keeps these invariants. Offsets are 1, 2, 3… within an epoch, in one order for all processes; the epoch is random and
/// lasts as long as offsets continue to count; each message has a random tag that is not 0 and never changes. A message is stored before
/// any reader sees it. An append that was refused has stored nothing and used up no offset. While the newest entry of the log is an end
/// (<see cref="MessageContent.IsEnd"/>) nothing is appended; the end takes no slot of a message and does not expire. Where messages are
/// missing, <see cref="MessageLog.AppendReset"/> announces it: offsets never jump without a reset.
/// </remarks>
public interface IBackplaneChannel : IAsyncDisposable
{
    /// <summary>The process's copy of the store's recent messages: what every subscriber of this process reads.</summary>
    MessageLog Log { get; }

    /// <summary>Appends messages to the store, on every node: all of them with contiguous offsets, or none.</summary>
    /// <param name="contents">The messages, at least one. The last one may be the end.</param>
    /// <param name="idempotencyKey">The same key within five minutes stores the messages once, and gives the same position again; null
    /// for none. A backplane may forget keys earlier if there are very many.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may have been stored all the same.</param>
    /// <returns>
    /// The position of the last message, once the backplane has accepted all. If the store has its end already and the messages end with
    /// one, the position of the existing end.
    /// </returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or did not answer in time.</exception>
    /// <exception cref="StoreRefusedException">The backplane answered that it refuses the messages.</exception>
    /// <exception cref="StoreCompletedException">The store has its end, and the messages do not end with one; unless the key was
    /// used before.</exception>
    ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Appends one message.</summary>
    /// <inheritdoc cref="AppendAsync(IReadOnlyList{MessageContent}, string?, CancellationToken)"/>
    ValueTask<MessagePosition> AppendAsync(MessageContent content, string? idempotencyKey, CancellationToken cancellationToken) =>
        AppendAsync([content], idempotencyKey, cancellationToken);

    /// <summary>
    /// The same for a producer that holds a lease of the store; it is refused once another process has a later one. By default the lease
    /// is ignored, which is right if no other process shares the store.
    /// </summary>
    /// <param name="contents">The messages.</param>
    /// <param name="idempotencyKey">The key; null for none.</param>
    /// <param name="lease">The number of the lease.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may have been stored all the same.</param>
    /// <returns>The position of the last message.</returns>
    /// <exception cref="StoreRefusedException">Another process has a later lease; or as for
    /// <see cref="AppendAsync(IReadOnlyList{MessageContent}, string?, CancellationToken)"/>.</exception>
    ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, long lease, CancellationToken cancellationToken) =>
        AppendAsync(contents, idempotencyKey, cancellationToken);

    /// <summary>
    /// Changes a keyed store for a producer that holds a lease of the store; it is refused once another process has a later one. By
    /// default the lease is ignored, which is right if no other process shares the store.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="idempotencyKey">The key; null for none.</param>
    /// <param name="lease">The number of the lease.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been stored all the same.</param>
    /// <returns>The change's position; null when there was nothing to change, or its condition was not met.</returns>
    /// <exception cref="StoreRefusedException">Another process has a later lease; or as for
    /// <see cref="ChangeAsync(KeyedChange, string?, CancellationToken)"/>.</exception>
    ValueTask<MessagePosition?> ChangeAsync(
        KeyedChange change, string? idempotencyKey, long lease, CancellationToken cancellationToken) =>
        ChangeAsync(change, idempotencyKey, cancellationToken);

    /// <summary>
    /// Changes a keyed store (<see cref="MessageLogLimits.IsKeyed"/>) on every node: in one step it reads the key, decides as
    /// <see cref="MessageLog.Judge"/> does, and appends the change. Not supported by default.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="idempotencyKey">As with <see cref="AppendAsync(IReadOnlyList{MessageContent}, string?, CancellationToken)"/>. It is
    /// checked before the change's condition.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been stored all the same.</param>
    /// <returns>The change's position; null when there was nothing to change, or its condition was not met.</returns>
    /// <exception cref="NotSupportedException">The backplane keeps no keyed stores.</exception>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or did not answer in time.</exception>
    /// <exception cref="StoreRefusedException">The backplane answered that it refuses the change.</exception>
    /// <exception cref="StoreFullException">There would be too many keys, or bytes.</exception>
    /// <exception cref="StoreCompletedException">The store has its end; unless the key was used before.</exception>
    ValueTask<MessagePosition?> ChangeAsync(KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} keeps no keyed stores: it does not implement ChangeAsync.");

    /// <summary>
    /// Whether the channel itself removes keys that were not set again within <see cref="MessageLogLimits.KeyMaxAge"/>. Default false:
    /// each process that has the store in its log then removes them by <see cref="ChangeAsync(KeyedChange, string?, CancellationToken)"/>,
    /// on condition that they are unchanged: at intervals, and before a change that they stand in the way of. A channel that returns true
    /// does both itself: for a change's condition and for the limits, an expired key counts as absent.
    /// </summary>
    bool RemovesExpiredKeys => false;

    /// <summary>
    /// Acquires or renews the lease that makes this process the only producer of the store's messages. By default it is granted, as no
    /// other process shares the store.
    /// </summary>
    /// <param name="held">The lease to renew; 0 for a new one.</param>
    /// <param name="duration">How long it lasts, from now.</param>
    /// <param name="cancellationToken">Ends the wait; it may have been granted all the same.</param>
    /// <returns>The number of the lease, higher than that of any lease before it; 0 if another process holds one.</returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or did not answer in time.</exception>
    /// <exception cref="StoreRefusedException">The backplane refuses.</exception>
    ValueTask<long> LeaseAsync(long held, TimeSpan duration, CancellationToken cancellationToken) => new(1L);

    /// <summary>Releases a lease before it expires. Does nothing if it is lost already.</summary>
    /// <param name="lease">The number of the lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when another process can acquire it.</returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or did not answer in time.</exception>
    /// <exception cref="StoreRefusedException">The backplane refuses.</exception>
    ValueTask ReleaseAsync(long lease, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Appends a message unless there was one before: a data store's initial value. By default it checks first and then appends; a
    /// backplane that can do both in one step overrides it, so that a value published by another process in between is not followed by an
    /// older one.
    /// </summary>
    /// <param name="content">The message.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been stored all the same.</param>
    /// <returns>A task that completes when there is a message.</returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or did not answer in time.</exception>
    /// <exception cref="StoreRefusedException">The backplane answered that it refuses the message.</exception>
    async ValueTask AppendFirstAsync(MessageContent content, CancellationToken cancellationToken)
    {
        using var following = await FollowAsync(cancellationToken).ConfigureAwait(false);
        if (Log.Position.Offset == 0)
            await AppendAsync(content, "tornadose.first", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts to keep <see cref="Log"/> up to date, for as long as somebody reads it. Completes when the log holds the store's window, so
    /// that a cursor can be opened; while the backplane cannot be reached, completes with what there is.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What to dispose of when the reader has left.</returns>
    ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Brings the followed <see cref="Log"/> to a position that a reader has seen, perhaps on another node, if this process does not know
    /// it yet; otherwise does nothing. Completes as well if there is no such position, or the backplane cannot be reached.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when a resume after the position can be decided.</returns>
    ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Brings the followed <see cref="Log"/> to the position that the store has at the time of the call: a reader that wants what is
    /// published from then on would get older messages from a copy that is behind. By default it does nothing, which is right if the log
    /// is never behind. Completes as well if the backplane cannot be reached.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the log is no older than the call.</returns>
    ValueTask CatchUpAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
