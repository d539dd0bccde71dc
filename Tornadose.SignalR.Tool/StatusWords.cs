using System.Net;

namespace Tornadose.SignalR.Tool;

/// <summary>Explains the status and the headers of an answer.</summary>
internal static class StatusWords
{
    public static string Of(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.NoContent => "The store is complete: nothing more will come.",
        HttpStatusCode.Unauthorized => "401. The store requires a signed-in user: set --token or TORNADOSE_TOKEN.",
        HttpStatusCode.Forbidden => "403. The user of this token may not do this: the store's policy denies it.",
        HttpStatusCode.NotFound =>
            "404. There is no such store, or the stores are mapped elsewhere: MapStores(\"/stores\") gives /stores/orders.",
        HttpStatusCode.MethodNotAllowed => "405. Nothing can be published here: MapStorePublishing is missing.",
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => $"{(int)response.StatusCode}. A proxy does not reach the server.",
        HttpStatusCode.ServiceUnavailable => "503. There is no room for another reader, or the server is stopping.",
        HttpStatusCode.TooManyRequests => "429. A limit of the server does not admit another reader "
            + "(MaxSubscribersPerUser, MaxJoinsPerSecond), or something in front counts requests.",
        >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest =>
            $"{(int)response.StatusCode}, to {response.Headers.Location}. A sign-in page? Then set --token. "
            + "Otherwise use the final URL: a WebSocket does not follow redirects, and HTTP clients drop the token.",
        >= HttpStatusCode.InternalServerError => $"{(int)response.StatusCode}. The server's log says why.",
        var status => $"{(int)status}.",
    };

    /// <summary>The programs that have answered, if they name themselves.</summary>
    public static string NamesOf(HttpResponseMessage response)
    {
        var names = response.Headers.Server.Select(static one => one.ToString())
            .Concat(response.Headers.Via.Select(static one => $"via {one}"));
        return string.Concat(names.Select(static name => $", {name}"));
    }
}
