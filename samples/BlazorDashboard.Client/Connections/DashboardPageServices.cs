using Microsoft.Extensions.DependencyInjection;

namespace BlazorDashboard.Connections;

/// <summary>What the page's components need, on the server and in the browser alike.</summary>
public static class DashboardPageServices
{
    /// <summary>Adds them. Where stores come from, and where notes go, is registered separately.</summary>
    public static IServiceCollection AddDashboardPage(this IServiceCollection services) =>
        services.AddStoreViews().AddScoped<PageConnection>();
}
