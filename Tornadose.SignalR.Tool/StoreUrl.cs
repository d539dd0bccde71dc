namespace Tornadose.SignalR.Tool;

/// <summary>What a client needs of a store's URL. Where a store of a family is meant, all but the last part counts as the base.</summary>
internal readonly record struct StoreUrl(Uri Base, string Store)
{
    public static StoreUrl Of(Uri url)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        return new(new UriBuilder(url) { Path = path[..(slash + 1)] }.Uri, Uri.UnescapeDataString(path[(slash + 1)..]));
    }
}
