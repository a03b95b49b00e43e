"""Image URLs in Django templates: `"thumbor_renuo.client.django"` in INSTALLED_APPS.

Settings:
    RENUO_CDN_HOST: the CDN's host, `cdn.example.com`; `http://localhost:8888` without https.
    RENUO_APP: optional, the app's full name, `shop-live`: lets templates use file paths.
"""
