namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// Remembers what may be used once, for all nodes: a backplane that implements this as well makes stream tickets single use across its
/// nodes. Without it each process remembers for itself.
/// </summary>
public interface IReplayCache
{
    /// <summary>Marks something as used.</summary>
    /// <param name="id">What is used, a random text of letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <param name="lifetime">For how long it must be remembered.</param>
    /// <param name="cancellationToken">Ends the wait; it may have been marked all the same.</param>
    /// <returns>False when it was marked before.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether it was used.</exception>
    ValueTask<bool> TryAddAsync(string id, TimeSpan lifetime, CancellationToken cancellationToken);
}
