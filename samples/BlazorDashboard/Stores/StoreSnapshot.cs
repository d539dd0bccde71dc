namespace BlazorDashboard.Stores;

/// <summary>A store's window at one moment: what a page shows first.</summary>
/// <param name="Store">Its name.</param>
/// <param name="Id">The id behind which the page's stream goes on, without a gap and without a message twice.</param>
/// <param name="Values">The messages, the oldest first.</param>
/// <param name="History">The same as a JSON array that can stand inside a <c>script</c> element.</param>
public sealed record StoreSnapshot<T>(string Store, string Id, IReadOnlyList<T> Values, string History)
    where T : class
{
    /// <summary>The last value; null as long as there is none.</summary>
    public T? Latest => Values.Count == 0 ? null : Values[^1];

    /// <summary>When the values were read.</summary>
    public IReadOnlyList<long> Times(Func<T, long> at) => [.. Values.Select(at)];

    /// <summary>One number of each value, for a chart.</summary>
    public IReadOnlyList<double?> Select(Func<T, double?> number) => [.. Values.Select(number)];
}
