namespace BlazorDashboard.Stores;

/// <summary>The keys of a keyed store at one moment: what a page shows first.</summary>
/// <param name="Store">Its name.</param>
/// <param name="Id">The id behind which the page's stream goes on.</param>
/// <param name="Rows">The values by key.</param>
/// <param name="History">The same as a JSON array of pairs that can stand inside a <c>script</c> element.</param>
public sealed record StoreRows<T>(string Store, string Id, IReadOnlyList<KeyValuePair<string, T>> Rows, string History);
