"""Image URLs in Django templates: `"thumbor_renuo.client.django"` in INSTALLED_APPS.

Settings:
    RENUO_CDN_HOST: the CDN's host, `cdn.example.com`; `http://localhost:8888` without https.
    RENUO_APP: optional, the app's full name, `shop-live`: lets templates use file paths.
    RENUO_PRIVATE_KEY: optional, the app's secret: lets templates sign the URLs of a private app.
"""
