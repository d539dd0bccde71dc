namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// Remembers, for all nodes, what may be used only once. A backplane that implements this as well makes stream tickets single-use across
/// its nodes; without it each process remembers only its own.
/// </summary>
public interface IReplayCache
{
    /// <summary>Marks something as used.</summary>
    /// <param name="id">The id of what is used, a random text of letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <param name="lifetime">How long it must be remembered.</param>
    /// <param name="cancellationToken">Ends the wait; it may have been marked all the same.</param>
    /// <returns>False when it was marked before.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether it was used.</exception>
    ValueTask<bool> TryAddAsync(string id, TimeSpan lifetime, CancellationToken cancellationToken);
}
