using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Requests tickets, and opens streams with them.</summary>
internal static class TicketClient
{
    public static async Task<string> GetTicketAsync(
        this TestHost host, string user = "ann", string store = RolesApp.Store, string transport = "sse",
        params (string, string)[] headers)
    {
        await using var answer = await host.AskAsync(
            $$"""{"stores":["{{store}}"],"transport":"{{transport}}"}""", [("X-User", user), .. headers]);
        Assert.Equal(200, answer.Status);
        return JsonElement.Parse(await answer.ReadTextAsync()).GetProperty("ticket").GetString()!;
    }

    public static Task<RawHttp> AskAsync(this TestHost host, string body, params (string, string)[] headers) =>
        RawHttp.SendAsync(
            host.Url("/stores/_ticket"), "POST", [("Content-Type", "application/json"), .. headers], Encoding.UTF8.GetBytes(body));

    public static async Task<int> OpenAsync(
        this TestHost host, string ticket, string store = RolesApp.Store, string accept = "text/event-stream", string method = "GET")
    {
        (string, string)[] headers = accept == "websocket" ? [.. RawWs.HandshakeHeaders] : [("Accept", accept)];
        await using var answer = await RawHttp.SendAsync(host.Url($"/stores/{store}?ticket={ticket}"), method, headers);
        return answer.Status;
    }
}
