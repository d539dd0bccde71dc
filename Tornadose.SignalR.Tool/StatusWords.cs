using System.Net;

namespace Tornadose.SignalR.Tool;

/// <summary>What an answer's status and headers mean, in words.</summary>
internal static class StatusWords
{
    public static string Of(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.NoContent => "The store is complete: nothing more will come.",
        HttpStatusCode.Unauthorized => "401. The store wants to know who reads: --token, or TORNADOSE_TOKEN.",
        HttpStatusCode.Forbidden => "403. This token's user may not: the store's policy says no.",
        HttpStatusCode.NotFound =>
            "404. There is no such store, or the stores are mapped elsewhere: MapStores(\"/stores\") gives /stores/orders.",
        HttpStatusCode.MethodNotAllowed => "405. Nothing can be published here: MapStorePublishing is missing.",
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => $"{(int)response.StatusCode}. A proxy does not reach the server.",
        HttpStatusCode.ServiceUnavailable => "503. There is no room for another reader, or the server is stopping.",
        HttpStatusCode.TooManyRequests => "429. A limit of the server does not admit another reader "
            + "(MaxSubscribersPerUser, MaxJoinsPerSecond), or something in front counts requests.",
        >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest =>
            $"{(int)response.StatusCode}, to {response.Headers.Location}. A page for signing in? Then it wants --token. "
            + "Otherwise use the URL that it ends at: a WebSocket does not follow, and HTTP clients leave their token behind.",
        >= HttpStatusCode.InternalServerError => $"{(int)response.StatusCode}. The server's log says why.",
        var status => $"{(int)status}.",
    };

    /// <summary>The programs that have answered, as far as they name themselves.</summary>
    public static string NamesOf(HttpResponseMessage response)
    {
        var names = response.Headers.Server.Select(static one => one.ToString())
            .Concat(response.Headers.Via.Select(static one => $"via {one}"));
        return string.Concat(names.Select(static name => $", {name}"));
    }
}
