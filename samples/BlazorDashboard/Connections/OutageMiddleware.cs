namespace BlazorDashboard.Connections;

/// <summary>
/// Removes the page's name from the addresses of its streams, <c>/page/{name}/stores</c>, and registers them with <see cref="Outages"/>.
/// It runs before routing.
/// </summary>
public sealed class OutageMiddleware(RequestDelegate next, Outages outages)
{
    private const int LongestName = 64;

    /// <summary>Handles a request.</summary>
    public Task InvokeAsync(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/page", out var rest)
            && rest.Value!.Split('/', 3) is ["", { Length: > 0 and <= LongestName } page, var path]
            ? RunAsync(context, page, $"/{path}")
            : next(context);

    private async Task RunAsync(HttpContext context, string page, string path)
    {
        if (!outages.TryEnter(page, context))
        {
            context.Abort();
            return;
        }

        try
        {
            context.Request.Path = path;
            await next(context);
        }
        finally
        {
            outages.Leave(page, context);
        }
    }
}
