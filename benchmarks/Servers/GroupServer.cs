using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.Benchmarks.Servers;

/// <summary>SignalR's own way to reach many: a group.</summary>
internal static class GroupServer
{
    private const string Group = "bench";

    public static Task<int> RunAsync(Options command)
    {
        var builder = KestrelServer.CreateBuilder(command);
        KestrelServer.AddHubs(builder.Services);
        var app = builder.Build();
        app.MapHub<GroupHub>("/hub");
        app.MapPost("/publish", PublishAsync);
        return KestrelServer.RunAsync(app);
    }

    private static async Task PublishAsync(HttpContext context, IHubContext<GroupHub> hub)
    {
        var text = Encoding.UTF8.GetString(await KestrelServer.ReadBodyAsync(context.Request));
        await hub.Clients.Group(Group).SendAsync("Message", text);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private sealed class GroupHub : Hub
    {
        public Task Subscribe(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);
    }
}
