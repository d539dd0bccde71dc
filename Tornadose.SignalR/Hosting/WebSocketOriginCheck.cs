using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Hosting;

/// <summary>The origin check for a hub: SignalR leaves it to CORS, which does not guard WebSockets.</summary>
internal static class WebSocketOriginCheck
{
    public static RequestDelegate Before(RequestDelegate next, TornadoseOptions options) => context =>
        WebSocketRequest.IsUpgrade(context) && PageOrigin.Fault(context.Request, options.AllowedOrigins) is { } foreign
            ? Refusal.WriteAsync(context, foreign)
            : next(context);
}
