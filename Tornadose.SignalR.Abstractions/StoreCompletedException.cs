namespace Tornadose.SignalR;

/// <summary>The store is complete (<c>IStore.CompleteAsync</c>): nothing more can be published to it. Nothing was stored.</summary>
/// <param name="store">The store's name.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreCompletedException(string store, Exception? innerException = null)
    : StoreException($"The store '{store}' is complete: nothing more can be published to it.", innerException)
{
    /// <summary>The store's name.</summary>
    public string Store { get; } = store;
}
