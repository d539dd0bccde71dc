using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;

namespace Tornadose.SignalR.Inspection;

/// <summary>The inspector over HTTP: a page for people, JSON for programs, and <c>DELETE</c> for one subscriber.</summary>
internal sealed class InspectorEndpoint(Inspector inspector, TornadoseOptions options)
{
    /// <summary>The route value that holds the subscriber's id.</summary>
    public const string RouteValue = "id";

    private static readonly string Page = ReadPage();

    public Task LookAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        return AcceptNegotiation.WantsPage(context.Request) ? WritePageAsync(context) : WriteReportAsync(context);
    }

    public async Task DismissAsync(HttpContext context)
    {
        if (PageOrigin.Fault(context.Request, options.AllowedOrigins) is { } foreign)
        {
            await Refusal.WriteAsync(context, foreign);
            return;
        }

        try
        {
            if (await inspector.DismissAsync((string)context.GetRouteValue(RouteValue)!, context.RequestAborted))
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            else
                await Refusal.WriteAsync(context, (StatusCodes.Status404NotFound, "There is no such subscriber, or it has ended."));
        }
        catch (StoreException)
        {
            await Refusal.WriteAsync(
                context,
                (StatusCodes.Status503ServiceUnavailable, "There is no such subscriber here, and not all other nodes have answered."));
        }
    }

    private async Task WriteReportAsync(HttpContext context)
    {
        var report = await inspector.LookAsync(InspectionRequest.Read(context.Request.Query), context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, report, InspectionJson.Default.InspectionReport, context.RequestAborted);
    }

    /// <summary>The page runs its own script and style, and nothing else, whatever a store is called.</summary>
    private static Task WritePageAsync(HttpContext context)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; " +
                "form-action 'none'; frame-ancestors 'none'";
        return context.Response.WriteAsync(Page.Replace("{nonce}", nonce, StringComparison.Ordinal), context.RequestAborted);
    }

    private static string ReadPage()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("inspector.html")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
