namespace Tornadose.SignalR.Client;

/// <summary>
/// The URLs below the one of <c>MapStores</c>. Its query is kept: it may tell a proxy, or the application, where to go.
/// </summary>
internal sealed class StoreAddress
{
    private readonly Uri _base;

    public StoreAddress(Uri address) => _base = address;

    public Uri Of(StoreList stores, IEnumerable<(string Name, string Value)> query) => stores.IsList
        ? Build("", [.. stores.Names.Select(static name => ("store", name)), .. query])
        : Of(stores.Names[0], query);

    /// <param name="path">A store's name, whose characters need no escapes, or the path of another endpoint.</param>
    /// <param name="query">What is added to the query.</param>
    public Uri Of(string path, IEnumerable<(string Name, string Value)> query) => Build($"/{path}", query);

    private Uri Build(string path, IEnumerable<(string Name, string Value)> query)
    {
        string[] own = _base.Query.Length > 1 ? [_base.Query[1..]] : [];
        var parts = own.Concat(query.Select(static pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        return new UriBuilder(_base)
        {
            Path = $"{_base.AbsolutePath.TrimEnd('/')}{path}",
            Query = string.Join('&', parts),
            Fragment = "",
        }.Uri;
    }
}
