using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The stores that a request names: one in the path, or several in the query, <c>?store=a&amp;store=b</c>.</summary>
/// <param name="Stores">The stores; empty when the request is refused.</param>
/// <param name="IsList">Whether they were named in the query, so that each message names its store.</param>
/// <param name="Refusal">Status and text of the refusal; null when there is none.</param>
/// <param name="IsFull">Whether it names a store that cannot be created now, but may be later.</param>
internal readonly record struct StoreSelection(
    IReadOnlyList<MessageStore> Stores, bool IsList, (int Status, string Text)? Refusal, bool IsFull = false)
{
    /// <summary>
    /// The most stores that one connection carries. A client may join the ids of single stores, of at most 64 bytes: 4 KiB, which every
    /// server accepts in a header.
    /// </summary>
    public const int MaxStores = PositionVector.MaxPositions;

    /// <summary>The stores that have a limit on subscribers.</summary>
    public IReadOnlyList<StoreCapacity> Capacities =>
        (from store in Stores let max = store.Options.MaxSubscribers ?? 0 where max > 0 select new StoreCapacity(store.Name, max))
            .ToArray();

    /// <summary>The route value that holds the store's name.</summary>
    public const string RouteValue = "store";

    /// <summary>The refusal of a list where only one store is allowed.</summary>
    public static StoreSelection OneOnly =>
        Refuse(StatusCodes.Status400BadRequest, "A message is published to one store: name it in the path.");

    public static StoreSelection Read(HttpContext context, StoreProvider stores, TornadoseOptions options)
    {
        string? Client() => ClientKey.Of(context, options);
        try
        {
            return NameInPath(context) is { } name
                ? Find([name], isList: false, stores, Client)
                : FindList(context.Request, stores, Client);
        }
        catch (Exception failure) when (failure is TooManyStoresException or ObjectDisposedException)
        {
            return Full;
        }
    }

    /// <summary>
    /// The store's name in the path; null where the path has none. Clients that escape a segment (<c>encodeURIComponent</c>, clients
    /// generated from the API description) escape its slashes too, which servers do not decode (RFC 3986 §2.2): in a name <c>%2F</c> can
    /// mean nothing else. It is decoded once, before anything is decided by the name.
    /// </summary>
    public static string? NameInPath(HttpContext context) =>
        context.GetRouteValue(RouteValue) is string { Length: > 0 } name ? name.Replace(
            "%2F", "/", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>Finds a list of stores that a request names in its body.</summary>
    /// <param name="list">The names.</param>
    /// <param name="stores">The stores.</param>
    /// <param name="client">The rate-limit key that new stores of families are counted for.</param>
    public static StoreSelection Find(IEnumerable<string?> list, StoreProvider stores, Func<string?> client)
    {
        try
        {
            return FindList([.. list.Distinct()], "Name at least one store.", stores, client);
        }
        catch (Exception failure) when (failure is TooManyStoresException or ObjectDisposedException)
        {
            return Full;
        }
    }

    private static StoreSelection Full => new([], false, Endpoints.Refusal.TooManyStores, IsFull: true);

    private static StoreSelection FindList(HttpRequest request, StoreProvider stores, Func<string?> client) => FindList(
        [.. request.Query[RouteValue].Distinct()],
        $"Name a store: {request.PathBase}{request.Path.Value?.TrimEnd('/')}/name, or several: ?store=a&store=b.",
        stores,
        client);

    private static StoreSelection FindList(string?[] names, string howToName, StoreProvider stores, Func<string?> client) =>
        names.Length switch
    {
        0 => Refuse(StatusCodes.Status404NotFound, howToName),
        > MaxStores => Refuse(StatusCodes.Status400BadRequest, $"One connection carries at most {MaxStores} stores."),
        _ => Find(names, isList: true, stores, client),
    };

    private static StoreSelection Find(string?[] names, bool isList, StoreProvider stores, Func<string?> client)
    {
        var found = new MessageStore[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (stores.Find(names[i], client) is not { } store)
                return new([], false, Endpoints.Refusal.NoSuchStore);
            found[i] = store;
        }

        return new(found, isList, null);
    }

    private static StoreSelection Refuse(int status, string text) => new([], false, (status, text));
}
