namespace Tornadose.SignalR.Tool;

/// <summary>A store's URL, split as a client needs it. For a store of a family, all but the last segment is the base.</summary>
internal readonly record struct StoreUrl(Uri Base, string Store)
{
    public static StoreUrl Of(Uri url)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        return new(new UriBuilder(url) { Path = path[..(slash + 1)] }.Uri, Uri.UnescapeDataString(path[(slash + 1)..]));
    }
}
