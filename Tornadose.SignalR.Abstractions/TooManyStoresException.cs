namespace Tornadose.SignalR;

/// <summary>A store of a family was not made, because there are as many as there may be.</summary>
/// <param name="limit">How many there may be.</param>
public sealed class TooManyStoresException(int limit)
    : StoreException(
        $"There are {limit} stores of families in use already (TornadoseOptions.MaxStores, and of one client MaxStoresPerUser). "
        + "Raise the limit, or lower StoreOptions.IdleTimeout.")
{
    /// <summary>How many there may be.</summary>
    public int Limit { get; } = limit;
}
