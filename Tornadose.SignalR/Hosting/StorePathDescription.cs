using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Tornadose.SignalR.Endpoints;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Describes a store's path as <c>/stores/{store}</c>. The route is a catch-all, because names may contain slashes, and no generator
/// understands <c>{**store}</c>: NSwag treats it as optional, and describes a path without it.
/// </summary>
internal sealed class StorePathDescription : IApiDescriptionProvider
{
    private const string Route = $"{{**{StoreSelection.RouteValue}}}";

    /// <summary>After the framework's, which reads the endpoints (-1100).</summary>
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
            if (description.ActionDescriptor.EndpointMetadata?.OfType<ProgramEndpointMetadata>().Any() == true)
                description.RelativePath = description.RelativePath?.Replace(
                    Route, $"{{{StoreSelection.RouteValue}}}", StringComparison.Ordinal);
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
    }
}
