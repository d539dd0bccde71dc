namespace Tornadose.SignalR;

/// <summary>A store of a family was not created, because the limit is reached.</summary>
/// <param name="limit">How many stores of families there may be.</param>
public sealed class TooManyStoresException(int limit)
    : StoreException(
        $"There are {limit} stores of families in use already (TornadoseOptions.MaxStores, or MaxStoresPerUser for one client). "
        + "Raise the limit, or lower StoreOptions.IdleTimeout.")
{
    /// <summary>How many stores of families there may be.</summary>
    public int Limit { get; } = limit;
}
